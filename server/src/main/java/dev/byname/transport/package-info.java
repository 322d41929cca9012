/**
 * Where queries come in and answers go out: UDP, TCP, DNS over TLS (RFC 7858) and DNS over HTTPS
 * (RFC 8484).
 *
 * <p>{@link dev.byname.transport.Listeners} opens what the configuration asks for and brings the
 * open listeners in line with the next configuration without closing one that stays. Each {@link
 * dev.byname.transport.Listener} holds a reference to the {@link dev.byname.query.QueryHandler} in
 * charge, read once per batch: a reload is one write, and no query falls between two handlers.
 *
 * <p>An event loop owns everything it touches: its sockets, its {@link
 * dev.byname.query.QueryHandler.Worker}, two reusable arrays for the query and the answer. A query
 * is copied into the one, answered into the other and copied out; only what the worker calls slow
 * gets an object of its own ({@link dev.byname.query.ReplyTo}), may be answered on any thread, and
 * is counted.
 *
 * <h2>Bounds</h2>
 *
 * Every one of them is in {@link dev.byname.transport.Bounds} or {@link
 * dev.byname.transport.StreamTimeouts}, and {@link dev.byname.transport.TransportObserver} hears of
 * each time one is met.
 *
 * <table>
 * <caption>What happens at each bound</caption>
 * <tr><th>bound</th><th>at it</th></tr>
 * <tr><td>slow queries in flight, per listener</td>
 *     <td>UDP: the new one is dropped. A stream waits with reading, or is closed when it has none
 *     in flight whose end it could wait for. HTTP: 503.</td></tr>
 * <tr><td>queries in flight, per connection</td><td>reading stops until one is answered</td></tr>
 * <tr><td>unsent answers, per connection</td><td>reading stops until the client takes some</td></tr>
 * <tr><td>bytes waiting in all connections of a listener</td><td>the connection that needs more is
 *     closed</td></tr>
 * <tr><td>connections, per listener</td><td>the new one is closed</td></tr>
 * <tr><td>time to send a query, to take an answer, to be idle</td><td>the connection is
 *     closed</td></tr>
 * </table>
 *
 * Where a bound is shared by all clients, one client address gets at most an eighth of it once half
 * of it is used ({@code FairBound}), so a single flood does not shut the others out.
 */
@NullMarked
package dev.byname.transport;

import org.jspecify.annotations.NullMarked;
