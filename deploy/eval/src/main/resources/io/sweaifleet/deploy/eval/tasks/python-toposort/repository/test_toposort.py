import unittest

from toposort import Cycle, order


class OrderTest(unittest.TestCase):
    def test_one_after_the_other(self):
        self.assertEqual(order({"a": ["b"], "b": []}), ["b", "a"])

    def test_chain(self):
        self.assertEqual(order({"a": ["b"], "b": ["c"], "c": []}), ["c", "b", "a"])

    def test_circle(self):
        with self.assertRaises(Cycle):
            order({"a": ["b"], "b": ["a"]})
