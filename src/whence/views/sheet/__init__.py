"""The living spreadsheet: training steps whose every number is a formula that Excel and LibreOffice compute."""

from whence.views.sheet.workbook import write_sheet

__all__ = ["write_sheet"]
