"""A made-up newspaper on this machine, for `backissue demo` and for the tests."""
