"""The best set of runs, by hand."""

from pipelines.pleas.runs import Run, best_runs


def test_runs_that_lose_are_not_taken() -> None:
    assert best_runs([[-1.0, -0.5], [0.0], []]) == []


def test_one_long_run_is_taken_where_it_is_worth_more_than_its_parts() -> None:
    assert best_runs([[1.0, 3.0], [1.0]]) == [Run(0, 1, 3.0)]
    assert best_runs([[2.0, 3.0], [2.0]]) == [Run(0, 0, 2.0), Run(1, 1, 2.0)]


def test_of_equal_sums_the_one_that_cuts_less_is_taken() -> None:
    assert best_runs([[2.0, 2.0], [0.0]]) == [Run(0, 0, 2.0)]
