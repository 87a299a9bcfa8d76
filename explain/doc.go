// Package explain puts business facts into words for people, in English,
// Simplified Chinese (mainland usage) and Traditional Chinese: why a request was
// refused and what to try, what an event means, what states, reasons and columns
// are called.
//
// Every text is a template of one language with {places} for the figures. The
// languages have the same texts, and every rule, event type, state and command of
// package domain has one; tests hold both. Amounts are written with the decimal
// digits of their currency, and times in the merchant's zone.
//
// Everything here is safe for concurrent use and changes nothing.
package explain
