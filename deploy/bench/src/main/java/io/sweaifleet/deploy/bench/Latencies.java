package io.sweaifleet.deploy.bench;

import java.util.Arrays;

/**
 * Percentiles of measured times, by the nearest-rank method: the value at rank ⌈p/100 × n⌉ of the sorted times.
 *
 * @param p50 median in ms
 * @param p90 90th percentile in ms
 * @param p99 99th percentile in ms
 * @param max longest in ms
 * @param count how many were measured
 */
record Latencies(double p50, double p90, double p99, double max, int count) {

    /** @param millis times in ms, in any order; at least one */
    static Latencies of(double[] millis) {
        if (millis.length == 0) {
            throw new IllegalArgumentException("no times were measured");
        }
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return new Latencies(
                rank(sorted, 50), rank(sorted, 90), rank(sorted, 99), sorted[sorted.length - 1], sorted.length);
    }

    private static double rank(double[] sorted, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }
}
