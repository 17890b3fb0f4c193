"""How many letters a text may have: in its column, and where it is cut or refused before it gets there."""

#: Of an assignment, and of a file.
NAME, FILE_NAME = 120, 120
#: What is written in a line of a file. A cell holds more than a name, so that a name can be told to be too long.
EMAIL, DUE_TEXT, CELL = 254, 60, 200
#: Why a file or a line of it cannot be read; why nothing can be done for a person.
FAULT, REASON = 300, 500
