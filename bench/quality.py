"""Quality of the text on real pages with known text, through the product's own commands.

    python bench/quality.py CORPUS [--keep DIR]

CORPUS is a folder with `<name>.jsonl` manifests, pages, and the scripts `warc.py`, `plant.py`, `predictions.py` and
`score.py`. The pages go into a WARC file, are imported into a new archive and exported again, and the export is
scored; then the same with pleas planted into the pages, twelve to a made-up site and one to a site.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORPORA = ("zyte", "fundus", "fundus_eval", "wcxb")
NEWS = ("fundus", "fundus_eval", "zyte")


def run(*command: str | Path, cwd: Path, into: Path | None = None, **environment: str) -> str:
    """A command's output, also written to a file where one is named. Ends the program where the command fails."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )
    # 1: some captures were no articles, or were refused.
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    if into is not None:
        into.write_text(done.stdout, encoding="utf-8")
    return done.stdout


def backissue(archive: Path, *arguments: str | Path, into: Path | None = None) -> str:
    return run(sys.executable, "-m", "cli.main", "--archive", archive, *arguments, cwd=ROOT, into=into)


def exported(warc: Path, folder: Path) -> Path:
    """The export of a new archive that holds a WARC file."""
    archive, export = folder / warc.name.split(".")[0], folder / f"{warc.name}.export.jsonl"
    backissue(archive, "import", warc)
    backissue(archive, "export", "--all-versions", into=export)
    return export


def plain_pages(corpus: Path, folder: Path) -> None:
    warc = folder / "pages.warc.gz"
    run(sys.executable, "-B", "warc.py", warc, *CORPORA, cwd=corpus)
    predictions = folder / "predictions.jsonl"
    export = exported(warc, folder)
    run(sys.executable, "-B", "predictions.py", export, folder / "pages.map.jsonl", cwd=corpus, into=predictions)

    def score(*names: str) -> dict[str, float]:
        manifests = ",".join(f"{name}.jsonl" for name in names)
        scores = run(sys.executable, "-B", "score.py", manifests, predictions, "--json", cwd=corpus)
        result: dict[str, float] = json.loads(scores)
        return result

    for name in CORPORA:
        print(f"{name:12s} {json.dumps(score(name))}")  # noqa: T201 - a benchmark's output
    print(f"{'news':12s} {json.dumps(score(*NEWS))}")  # noqa: T201


def planted_pages(corpus: Path, folder: Path, pages: int) -> None:
    warc = folder / f"planted{pages}.warc.gz"
    run(sys.executable, "-B", "plant.py", warc, cwd=corpus, SITE=str(pages))
    truth = folder / f"planted{pages}.truth.jsonl"
    print(f"planted, {pages} pages to a site")  # noqa: T201
    print(run(sys.executable, "-B", "plant.py", "--score", truth, exported(warc, folder), cwd=corpus))  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder of pages with known text")
    parser.add_argument("--keep", type=Path, help="keep archives, exports and predictions in this folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        plain_pages(given.corpus.absolute(), folder)
        planted_pages(given.corpus.absolute(), folder, 12)
        planted_pages(given.corpus.absolute(), folder, 1)


if __name__ == "__main__":
    main()
