"""Makes the classifier of lines that the package brings along: `python bench/teach_pleas.py LINES.txt`.

LINES.txt holds lines of real articles, one a line, of eight words and more. It is other people's text: not kept here.
The pleas are those of pipelines/pleas/seeds.toml. The same lines give the same bytes.
"""

import sys
from pathlib import Path

from pipelines.pleas import model


def main() -> None:
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    out = Path(model.__file__).with_name("born.model")
    out.write_bytes(model.born_from(lines))
    made = model.unpacked(out.read_bytes())
    sys.stdout.write(f"{out.name}: {made.pleas} lines of pleas, {made.texts} lines of articles\n")


if __name__ == "__main__":
    main()
