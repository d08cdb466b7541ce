import unittest

from cache.lru import LruCache


class LruCacheTest(unittest.TestCase):
    def test_keeps_what_fits(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        self.assertEqual((cache.get("a"), cache.get("b")), (1, 2))

    def test_forgets_the_oldest(self):
        cache = LruCache(2)
        for key in "abc":
            cache.put(key, key)
        self.assertIsNone(cache.get("a"))
        self.assertEqual(cache.get("c"), "c")

    def test_use_keeps_an_entry(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.get("a")
        cache.put("c", 3)
        self.assertEqual(cache.get("a"), 1)
        self.assertIsNone(cache.get("b"))
