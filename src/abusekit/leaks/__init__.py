"""What would leave with a case and is nobody else's business: places, accounts, keys of sessions (R68).

Reads the files that would leave, piece by piece, and says where something is; never the value itself.
Nothing is changed here. What is drawn, encrypted, or packed in another way than zip and gzip is not read.
"""
