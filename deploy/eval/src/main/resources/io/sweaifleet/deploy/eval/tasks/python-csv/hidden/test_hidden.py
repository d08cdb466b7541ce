import unittest

from csvline import fields


class HiddenFieldsTest(unittest.TestCase):
    def test_only_empty_fields(self):
        self.assertEqual(fields(",,"), ["", "", ""])

    def test_empty_quotes(self):
        self.assertEqual(fields('"",""""'), ["", '"'])
