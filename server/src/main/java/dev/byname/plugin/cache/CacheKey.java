package dev.byname.plugin.cache;

import dev.byname.query.Request;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;

/** What makes two queries the same: the question, and whether DNSSEC data is wanted, unchecked. */
record CacheKey(
    DomainName name, int type, int queryClass, boolean dnssecOk, boolean checkingDisabled) {
  static CacheKey of(Request request) {
    return new CacheKey(
        request.question().name(),
        request.question().type().value(),
        request.question().queryClass(),
        request.dnssecOk(),
        request.has(Header.CD));
  }
}
