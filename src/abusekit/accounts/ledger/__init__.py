"""The ledger: accounts found in captures, exports, diary and what people declare, each fact with its place."""
