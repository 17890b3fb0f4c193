"""The file that names people."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from assignments.tables import MOST_BYTES

from .presses import PressForm


class UploadForm(PressForm):
    unreadable = "The form could not be read. Choose the file once more."
    file = forms.FileField(
        label="File",
        help_text="CSV or XLSX, 10 MB at the most.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(f"The file has {file.size or 0:,} bytes; 10 MB are read. Upload it in several files.")
        return file
