"""Training steps as a spreadsheet of live formulas, which Excel and LibreOffice compute."""

from whence.views.sheet.layout import Layout
from whence.views.sheet.visible_cells import DEFAULT_WINDOW
from whence.views.sheet.workbook import plan_sheet, write_layout, write_sheet

__all__ = ["DEFAULT_WINDOW", "Layout", "plan_sheet", "write_layout", "write_sheet"]
__dir__ = __all__.copy
