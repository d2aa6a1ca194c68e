"""The living spreadsheet: training steps whose every number is a formula that Excel and LibreOffice compute."""

from whence.views.sheet.layout import Layout
from whence.views.sheet.visible_cells import BREADTH
from whence.views.sheet.workbook import plan_sheet, write_layout, write_sheet

__all__ = ["BREADTH", "Layout", "plan_sheet", "write_layout", "write_sheet"]
__dir__ = __all__.copy
