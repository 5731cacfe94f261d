"""The order of the pipelines, written once."""

from pipelines.archive import ArchivePipeline
from pipelines.read_stage import ReadPipeline
from pipelines.recognise import RecognisePipeline

STAGES = (
    # from the spider: a Capture or a Miss
    RecognisePipeline,  # -> Visit; what ended without an article, and same bytes as last time, is known here
    ReadPipeline,  # -> Visit with an Article in blocks, and a Rendition: blocks out, with reasons
    ArchivePipeline,  # -> Receipt
    # to the run's ledger
)

ITEM_PIPELINES = {stage: 100 * (index + 1) for index, stage in enumerate(STAGES)}
