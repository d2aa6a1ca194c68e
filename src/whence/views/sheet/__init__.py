"""The living spreadsheet: training steps whose every number is a formula that Excel and LibreOffice compute."""

from whence.views.sheet.layout import count_cells
from whence.views.sheet.workbook import check_fits, write_sheet

__all__ = ["check_fits", "count_cells", "write_sheet"]
