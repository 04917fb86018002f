"""Writes boards as TypeScript that must be of the type that Grafana gives them.

    python3 ops/validation/watching/typed_boards.py FOLDER BOARD.json...

FOLDER has @grafana/schema and typescript installed; `tsc --project FOLDER` then checks.
"""

import json
import pathlib
import sys

# Its enumerations are of names; a board has their values.
HEAD = """import type { AnnotationQuery, Dashboard } from "@grafana/schema";

type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer U)[]
    ? Plain<U>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

/** What Prometheus' data source reads of a mark, beside what all have. */
type Mark = Plain<AnnotationQuery> & { expr: string; titleFormat: string; textFormat: string };
type Board = Omit<Plain<Dashboard>, "annotations"> & { annotations: { list: Mark[] } };

export const board: Board = """
OPTIONS = {
    "compilerOptions": {
        "strict": True, "noEmit": True, "skipLibCheck": True, "target": "es2022",
        "module": "esnext", "moduleResolution": "bundler", "types": [],
    },
    "include": ["boards/*.ts"],
}


def main():
    folder, *boards = map(pathlib.Path, sys.argv[1:])
    (folder / "tsconfig.json").write_text(json.dumps(OPTIONS))
    typed = folder / "boards"
    typed.mkdir(exist_ok=True)
    for old in typed.glob("*.ts"):
        old.unlink()
    for board in boards:
        (typed / f"{board.stem}.ts").write_text(f"{HEAD}{board.read_text().strip()};\n")


main()
