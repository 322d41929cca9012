package dev.byname.plugin.bufsize;

/**
 * @param bytes 512–4096
 */
public record BufsizeConfig(int bytes) {}
