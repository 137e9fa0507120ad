"""The report: what is handed to whoever reads an audit, as data that says the same in every format.

`audit_report` has the verdict and all tables, `sheets` and `lines` what those are made of; `plans` says what
is done, `procedures` with what result, `payees` what each payee got. The rooms above fill it in.
"""
