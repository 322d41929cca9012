/**
 * Resource records as values: record types, one class of {@link dev.byname.rdata.Rdata} per type
 * that code looks into, and whole messages. A type without its own class travels as bytes (RFC
 * 3597).
 *
 * <p>To add a record type: a row in {@link dev.byname.rdata.RecordType}, and, when code must look
 * into it, a {@code …Rdata} record permitted by {@code Rdata} and read in {@code RdataReader}.
 */
@NullMarked
package dev.byname.rdata;

import org.jspecify.annotations.NullMarked;
