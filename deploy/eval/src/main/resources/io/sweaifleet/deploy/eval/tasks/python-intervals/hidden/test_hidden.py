import unittest

from intervals import merge


class HiddenMergeTest(unittest.TestCase):
    def test_nested_and_touching(self):
        self.assertEqual(merge([(1, 10), (2, 3), (10, 12), (20, 21)]), [(1, 12), (20, 21)])

    def test_nothing(self):
        self.assertEqual(merge([]), [])
