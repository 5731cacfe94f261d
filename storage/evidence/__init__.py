"""One page's proof in one file: records, texts, differences and digests, to be checked without Backissue."""
