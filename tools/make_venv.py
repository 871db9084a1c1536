"""Makes a virtual environment with pip and `caravan` in it.

Works also where Python came without ensurepip. The project itself is put on the path instead of
being installed, so that nothing has to be built and a changed file counts at once.
"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

MIN = (3, 11)


def main(folder: str) -> int:
    if sys.version_info < MIN:
        print(f"Caravan needs Python {MIN[0]}.{MIN[1]} or newer; this is {sys.version.split()[0]}.")
        return 1
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        # Debian splits ensurepip off. A pip outside the environment can install into it.
        venv.create(folder, with_pip=False, clear=True)
        python = Path(folder) / "bin" / "python"
        answer = subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "pip"],
            check=False,
        )
        if answer.returncode:
            version = sysconfig.get_python_version()
            print(
                f"This Python has neither ensurepip nor pip. On Debian or Ubuntu install the "
                f"package python{version}-venv, then run the same command again."
            )
            return 1
    _add_caravan(Path(folder).resolve())
    return 0


def _add_caravan(folder: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "caravan.pth").write_text(f"{root}\n", "utf-8")
    command = folder / "bin" / "caravan"
    command.write_text(
        f"#!{folder}/bin/python\nimport sys\n\nfrom bot.cli import main\n\nsys.exit(main())\n",
        "utf-8",
    )
    command.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
