"""The ledgers: the history played once, from which follows how everything should stand.

One room for each matter, as the contracts have them: `licenses`, `usage`, `assets`, and `cases` with the
statements that they decide about; each knows those before it. Below them `scene` has what all ledgers share,
`payments` what they say must have moved, `kept` what they say is stored. Above them `replay` plays the whole
history, and `storage` compares what it leads to.
"""
