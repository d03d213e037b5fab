"""What many people write about, found in their redacted texts: pure, no database, nothing fetched.

`values` says what goes in and comes out; `analysis.analyse` is the way through. The others are its steps.
"""
