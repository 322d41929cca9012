package dev.byname.source.etcd;

/**
 * How a mirror is doing.
 *
 * @param connected whether a member answers
 * @param complete whether everything has been read once
 * @param detail what it reads or waits for, in one line
 * @param lastHeardEpochMillis 0 before the first time
 * @param revision of the store, the last one applied
 * @param relists how often all was read again
 * @param repairs keys that the periodic check found different
 */
record MirrorStatus(
    boolean connected,
    boolean complete,
    String detail,
    long lastHeardEpochMillis,
    long revision,
    long relists,
    long repairs) {}
