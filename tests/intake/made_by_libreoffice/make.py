"""Make the files of this folder anew: `python make.py` beside LibreOffice Calc (Debian: libreoffice-calc)."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from intake_books import ordinary_book  # noqa: E402


def main() -> None:
    """Write the ordinary workbook of 2023 with openpyxl and let LibreOffice save it in each format."""
    with tempfile.TemporaryDirectory() as folder:
        source = ordinary_book("L2023").write(Path(folder) / "extract.xlsx")
        for kind in ("xlsx", "xls", "ods"):
            out = Path(folder) / kind
            command = (
                "soffice",
                "--headless",
                f"-env:UserInstallation=file://{folder}/profile",
                "--convert-to",
            )
            subprocess.run([*command, kind, "--outdir", str(out), str(source)], check=True)
            (HERE / f"extract.{kind}").write_bytes((out / f"extract.{kind}").read_bytes())


if __name__ == "__main__":
    main()
