package dev.byname.plugin.forward;

import dev.byname.query.Response;

/**
 * What one {@code forward} found out.
 *
 * @param rcode of the upstream's answer; -1 when none answered
 * @param upstream who answered, or who was tried last; empty for nobody
 */
record Outcome(Response response, int rcode, boolean noData, String upstream) {}
