package dev.byname.resolverconfig.allocation;

/**
 * How full a range is. All counts are unsigned.
 *
 * @param dynamicUsed of {@code dynamicSize}, the band that values are picked from
 * @param staticUsed of {@code staticSize}, the band for requests by hand
 */
public record Usage(long dynamicSize, long dynamicUsed, long staticSize, long staticUsed) {

  public long size() {
    return dynamicSize + staticSize;
  }

  public long used() {
    return dynamicUsed + staticUsed;
  }

  public long dynamicFree() {
    return dynamicSize - dynamicUsed;
  }

  public long staticFree() {
    return staticSize - staticUsed;
  }

  public long free() {
    return size() - used();
  }
}
