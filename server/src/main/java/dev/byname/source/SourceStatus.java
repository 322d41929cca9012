package dev.byname.source;

/**
 * How a source is doing.
 *
 * @param connected whether the source can be read at this moment
 * @param detail one line for {@code /ready} and {@code byname check}: what it reads, or what it
 *     waits for
 * @param lastEventEpochMillis when anything was last heard; 0 before the first time
 * @param revision the last revision applied, as the source counts; 0 where it does not
 * @param relists how often everything had to be read again
 * @param repairs differences found by comparing with the source, and mended
 * @param undecodable objects that cannot be read at present and are passed over
 */
public record SourceStatus(
    boolean connected,
    String detail,
    long lastEventEpochMillis,
    long revision,
    long relists,
    long repairs,
    long undecodable) {}
