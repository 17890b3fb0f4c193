"""Who is assigned what, by when, and what is told to whom. Beside the files that every app has:

asks      `querysets`, `counts` (the numbers), `another_day`, `upcoming`, `previews`
address   `subtabs` (the three lists), `lists` (search, sort, page), `filters` and `facets` (by what they are filtered),
          `boxes` (what is ticked)
days      `reminders`: the plan of a company and its arithmetic, without a database
files     `tables` reads what is uploaded, `workbooks` opens an XLSX within bounds, `spreadsheets` writes downloads
messages  `notices`: which one an event deserves, how it reads, what came of it
does      `services`, the only writer; one module per press, `skipped` for why somebody stays as they were
"""
