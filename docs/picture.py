"""Draw the README's picture: what `wmt explain` prints, as SVG. `make picture` runs it after `make demo`."""

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

# Rich's own frame loads its font from elsewhere; ours takes what the reader's machine has.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<title>What wmt explain prints for one post</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#10151c"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g></svg>"""


def main(folder: Path, post: str, picture: Path) -> None:
    """Run `wmt explain` on a night and save the first lines of what it prints."""
    night = sorted(path for path in folder.iterdir() if (path / "people").is_dir())[-1]
    words = ("explain", str(night / "tidy"), "--people", str(night / "people"), "--post", post)
    command = (sys.executable, "-m", "wmt", *words)
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"COLUMNS": "100"}).stdout
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(Text(f"$ wmt {' '.join(words[:2])} --post {post}\n", style="dim"))
    console.print(Text("\n".join(said.splitlines()[:46])))
    picture.write_text(console.export_svg(code_format=FRAME), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
