"""What keeps the scheduler up: the systemd unit and the compose file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.schedule.crawls import STOP_SECONDS

DEPLOY = Path(__file__).parents[1] / "deploy"


def unit() -> dict[str, str]:
    lines = (DEPLOY / "backissue.service").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_the_unit_leaves_time_for_a_clean_stop_and_signals_the_scheduler_alone() -> None:
    found = unit()
    assert found["KillMode"] == "mixed"
    assert STOP_SECONDS < int(found["TimeoutStopSec"]) <= 30
    assert "backissue schedule" in found["ExecStart"]


@pytest.mark.parametrize("name", ["backissue.service", "backissue-web.service"])
def test_systemd_takes_the_unit(tmp_path: Path, name: str) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not on this machine")
    # A copy: systemd warns of files that others can write to.
    copy = tmp_path / name
    copy.write_text((DEPLOY / name).read_text(encoding="utf-8"))
    copy.chmod(0o644)
    done = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, timeout=60)
    said = [line for line in done.stderr.splitlines() if "backissue" in line]
    assert (done.returncode, said) == (0, [])


def test_the_compose_file_leaves_time_and_names_what_is_there() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with the extra `notices`")
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["schedule"]
    assert service["command"][0] == "schedule"
    assert int(service["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert service["init"] is True


def test_the_web_page_is_for_this_machine_unless_somebody_says_otherwise() -> None:
    text = (DEPLOY / "backissue-web.service").read_text(encoding="utf-8")
    assert "ExecStart=/usr/bin/env backissue serve\n" in text
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with the extra `notices`")
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["web"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "--public" not in service["command"]
