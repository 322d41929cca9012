/**
 * Answers with records made from the query by templates.
 *
 * <pre>{@code
 * .:1053 {
 *   template IN A example {
 *     match (^|[.])ip-(?P<a>[0-9]*)-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$
 *     answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
 *     fallthrough
 *   }
 *   template ANY ANY invalid {
 *     rcode NXDOMAIN
 *     authority "invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"
 *     ederror 21 "Blocked according to RFC 2606"
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code template CLASS TYPE [ZONES…]}; ANY stands for all; ZONES are the block's unless given.
 *
 * <ul>
 *   <li>{@code match REGEX…}: in Go's syntax, against the name in lower case with its final dot.
 *       The first that matches counts; without one, all names do. A name that none matches gets
 *       SERVFAIL, or goes on with {@code fallthrough [ZONES…]}.
 *   <li>{@code answer}, {@code authority}, {@code additional}: a record each, as in a zone file;
 *       TTL 3600 unless given. Of a CNAME in {@code answer}, A and AAAA are looked up in this
 *       server.
 *   <li>{@code rcode CODE}; {@code ederror CODE [TEXT]} (RFC 8914).
 * </ul>
 *
 * <p>Templates are Go's: {@code {{ .Name }}}, pipelines, {@code if}, {@code with}, {@code range},
 * variables, the functions {@code and or not eq ne lt le gt ge index len slice print printf
 * println} and CoreDNS's {@code parseInt TEXT BASE BITS}; not {@code define}, {@code template},
 * {@code block}. Fields: {@code .Zone .Name .Class .Type .Regex .Match .Group .Question .Message
 * .Remote} and {@code .Meta "plugin/label"}. They are read when the configuration is: an unknown
 * field or function is a mistake with its line.
 *
 * <p>{@code var} and {@code expr} of CoreDNS are refused by name. What a template answers is never
 * cached: it is made anew for every query. Where ZONES lie apart from the cluster's, cluster names
 * are answered as fast as without templates.
 */
@NullMarked
package dev.byname.plugin.template;

import org.jspecify.annotations.NullMarked;
