package dev.byname.plugin.nsid;

/**
 * @param data what the server calls itself; empty: the name of the machine
 */
record NsidConfig(String data) {}
