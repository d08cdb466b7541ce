import unittest

from csvline import fields


class FieldsTest(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(fields("a,b,c"), ["a", "b", "c"])

    def test_comma_in_quotes(self):
        self.assertEqual(fields('"a,b",c'), ["a,b", "c"])

    def test_doubled_quote(self):
        self.assertEqual(fields('"say ""hi""",x'), ['say "hi"', "x"])

    def test_empty_last_field(self):
        self.assertEqual(fields("a,"), ["a", ""])
