"""The preferences as a form that follows from `SETTINGS`; a change counts at once, or from the next start on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stabview.gui.cards.fields import Choice, Spin, tend
from stabview.gui.preferences import SETTINGS, Preferences, Setting


class PreferencesDialog(QDialog):
    """Calls `change(preferences)` with every change."""

    def __init__(
        self, preferences: Preferences, change: Callable[[Preferences], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setObjectName("dialog.preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preferences, self._change = preferences, change
        self.fields: dict[str, QWidget] = {}
        rows = QVBoxLayout(self)
        form, group = QFormLayout(), ""
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(24)
        rows.addLayout(form)
        for setting in SETTINGS:
            if setting.group != group:
                heading = QLabel(setting.group)
                heading.setProperty("heading", True)
                heading.setContentsMargins(0, 10 if group else 0, 0, 0)
                group = setting.group
                form.addRow(heading)
            self.fields[setting.name] = self._field(setting)
            form.addRow(setting.title, self.fields[setting.name])
        self.said = QLabel()
        self.said.setObjectName("preferences.said")
        self.said.setProperty("muted", True)
        rows.addWidget(self.said)
        rows.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        usual = tend(QPushButton("Reset"), "Reset", "All settings as they were at first.", "preferences.reset")
        tend(buttons.button(QDialogButtonBox.StandardButton.Close), "Close", "Close this window.")
        buttons.addButton(usual, QDialogButtonBox.ButtonRole.ResetRole)
        usual.setAutoDefault(False)
        usual.clicked.connect(self.reset)
        buttons.rejected.connect(self.reject)
        rows.addWidget(buttons)
        self.resize(440, self.sizeHint().height())
        self.show_preferences(preferences)

    def _field(self, setting: Setting) -> QWidget:
        name = f"preferences.{setting.name}"
        if setting.values:
            field = Choice(setting.title, setting.tooltip, name)
            field.fill([(value, words, "") for value, words in setting.values])
            field.chosen.connect(partial(self._set, setting))
        elif setting.range is not None:
            field = Spin(setting.title, setting.tooltip, *setting.range, suffix=setting.suffix, object_name=name)
            field.setSpecialValueText(setting.least)
            field.edited.connect(lambda value, _follows: self._set(setting, value))
        else:
            field = tend(QCheckBox(), setting.title, setting.tooltip, name)
            field.clicked.connect(partial(self._set, setting))
        return field

    def _set(self, setting: Setting, value: object) -> None:
        kind = type(getattr(self.preferences, setting.name))
        self.preferences = replace(self.preferences, **{setting.name: kind(value)})
        self.said.setText(f"{setting.title}: from the next start on." if setting.restart else "")
        self._change(self.preferences)

    def reset(self) -> None:
        """All settings as at first; window size and recent files stay."""
        usual = Preferences()
        self.preferences = replace(
            self.preferences, **{setting.name: getattr(usual, setting.name) for setting in SETTINGS}
        )
        self.show_preferences(self.preferences)
        self._change(self.preferences)

    def show_preferences(self, preferences: Preferences) -> None:
        """Show other values."""
        for name, field in self.fields.items():
            value = getattr(preferences, name)
            if isinstance(field, Choice):
                field.show_key(value)
            elif isinstance(field, Spin):
                field.show_value(value)
            else:
                field.setChecked(value)
