import unittest

from cache.lru import LruCache


class HiddenLruCacheTest(unittest.TestCase):
    def test_writing_again_is_use(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.put("a", 3)
        cache.put("c", 4)
        self.assertEqual(cache.get("a"), 3)
        self.assertEqual(len(cache), 2)
