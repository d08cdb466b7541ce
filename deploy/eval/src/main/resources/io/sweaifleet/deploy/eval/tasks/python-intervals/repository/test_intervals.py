import unittest

from intervals import merge


class MergeTest(unittest.TestCase):
    def test_leaves_what_is_apart(self):
        self.assertEqual(merge([(5, 6), (1, 2)]), [(1, 2), (5, 6)])

    def test_merges_what_overlaps(self):
        self.assertEqual(merge([(1, 4), (3, 6)]), [(1, 6)])

    def test_merges_what_touches(self):
        self.assertEqual(merge([(1, 3), (3, 5)]), [(1, 5)])

    def test_keeps_the_larger_end(self):
        self.assertEqual(merge([(1, 9), (2, 3)]), [(1, 9)])
