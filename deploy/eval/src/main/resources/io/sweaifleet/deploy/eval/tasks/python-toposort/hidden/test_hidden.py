import unittest

from toposort import Cycle, order


class HiddenOrderTest(unittest.TestCase):
    def test_diamond_and_unlisted(self):
        self.assertEqual(order({"d": ["b", "c"], "b": ["a"], "c": ["a"]}), ["a", "b", "c", "d"])

    def test_itself(self):
        with self.assertRaises(Cycle):
            order({"a": ["a"]})
