"""schemathesis against a real server: whatever is asked, no failure of ours, and every answer as the document says."""

from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.made_up import harbour
from tests.web.serving import served
from web.app import create_app

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, allow_header_conformance, negative_data_rejection,
]  # fmt: skip


def ask(folder: Path, *, examples: int) -> Counter[int]:
    """The statuses of all that was asked; each answer is as the document says."""
    statuses: Counter[int] = Counter()
    with served(create_app(harbour(folder))) as address:
        schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
        for result in schema.get_all_operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                operation = result.ok()
                if mode is GenerationMode.NEGATIVE and not (
                    operation.query or operation.path_parameters or operation.body
                ):
                    continue

                @settings(
                    max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )  # fmt: skip
                @given(case=operation.as_strategy(generation_mode=mode))
                def one(case: schemathesis.Case) -> None:
                    answer = case.call()
                    # The doors refuse what is too long before anybody reads it: that is a refusal too.
                    unread = [negative_data_rejection] if answer.status_code == 414 else []
                    case.validate_response(answer, checks=CHECKS, excluded_checks=unread)
                    statuses[answer.status_code] += 1

                one()
    return statuses


def test_what_is_generated_from_the_document_is_answered_as_it_says(tmp_path: Path) -> None:
    statuses = ask(tmp_path / "archive", examples=3)
    assert statuses[200] > 10 and statuses[400] > 10
    assert max(statuses) < 500


@pytest.mark.slow
def test_much_of_what_is_generated_from_the_document_is_answered_as_it_says(tmp_path: Path) -> None:
    statuses = ask(tmp_path / "archive", examples=100)
    assert max(statuses) < 500
