package io.sweaifleet.topology.core;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds RocksDB's memory for the whole process. Streams gives every partition's store a cache and buffers of its own,
 * which would be more than a gigabyte for twelve partitions; here they share 96 MB.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

    private static final long CACHE_BYTES = 96L << 20;
    private static final long BUFFERS_BYTES = 64L << 20;
    private static final long BUFFER_BYTES = 24L << 20;

    /** Few: an index block is larger than one of many shards has room for, and would be read anew for every key. */
    private static final int CACHE_SHARD_BITS = 1;

    // Shared by design: the bound is on the process. Never closed, because stores come and go with rebalances.
    private static final Cache CACHE = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS, false, 0.3);
    private static final WriteBufferManager BUFFERS = new WriteBufferManager(BUFFERS_BYTES, CACHE);

    /** Made by Streams. */
    public BoundedRocksDb() {}

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        table.setCacheIndexAndFilterBlocksWithHighPriority(true);
        table.setPinL0FilterAndIndexBlocksInCache(true);
        options.setWriteBufferManager(BUFFERS);
        options.setWriteBufferSize(BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
        // Most submissions are new: that their ids are not there must be known without a search.
        options.setMemtablePrefixBloomSizeRatio(0.05);
        options.setMemtableWholeKeyFiltering(true);
        options.setTableFormatConfig(table);
    }

    @Override
    public void close(String storeName, Options options) {
        // What is shared stays.
    }
}
