# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes a notebook in place, headless: execute.py NOTEBOOK. Exits 1 if a cell fails."""
import pathlib
import sys

import nbformat
from nbclient import NotebookClient

path = pathlib.Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}).execute()
for cell in notebook.cells:
    # What fails while a figure is shown is an output, not an exception.
    if any(output.output_type == "error" for output in cell.get("outputs", [])):
        sys.exit(f"{path}: a figure could not be drawn")
    # Times of execution and the Python version would change at every run.
    cell.metadata.pop("execution", None)
notebook.metadata.pop("language_info", None)
nbformat.write(notebook, path)
