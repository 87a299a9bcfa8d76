package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/amends-ledger/amends/eventstore"
)

// maxTries bounds how often an append that lost against others is looked at
// again. Each try means that the stream moved; a condition that still is about
// the past then is answered as a conflict.
const maxTries = 100

// Append writes w as the contract of eventstore.Store says.
//
// A retry of a write with NoStream or Exact is found at the place where its
// condition puts it, at the cost of reading that place. A retry with Exists or
// Any could be anywhere in its stream: every such write compares its ids with
// four bytes per event of the stream, read from the index files (about a
// millisecond for each million events), in the caller's goroutine. An id is
// looked for in its own stream only, and with NoStream or Exact only at its
// place.
func (l *Log) Append(ctx context.Context, w eventstore.Write) (eventstore.Commit, error) {
	if err := w.Validate(); err != nil {
		return eventstore.Commit{}, err
	}
	c, err := l.append(ctx, w)
	if err != nil {
		return eventstore.Commit{}, appendError(w.Stream, err)
	}
	return c, nil
}

func appendError(stream string, err error) error {
	if c := (*eventstore.Conflict)(nil); errors.As(err, &c) {
		return err
	}
	return fmt.Errorf("append to %s: %w", stream, err)
}

func (l *Log) append(ctx context.Context, w eventstore.Write) (eventstore.Commit, error) {
	looked := int64(-1)
	for range maxTries {
		if err := l.check(ctx); err != nil {
			return eventstore.Commit{}, unavailable(err)
		}
		if w.Expect.Kind == eventstore.Any || w.Expect.Kind == eventstore.Exists {
			c, err := l.findRetry(ctx, &w, &looked)
			if err != errNotFound {
				return c, err
			}
		}
		r := newRequest(w, looked)
		if err := l.submit(ctx, r); err != nil {
			return eventstore.Commit{}, err
		}
		res := r.results[0]
		r.recycle()
		if res.Err != errBehind {
			return res.Commit, res.Err
		}
		if c, err := l.resolve(ctx, &w); err != errNotFound {
			return c, err
		}
	}
	return eventstore.Commit{}, &eventstore.Conflict{Stream: w.Stream, Expected: w.Expect, Actual: l.head(w.Stream)}
}

// unavailable makes sure that an error that comes before anything was written
// says so.
func unavailable(err error) error {
	if errors.Is(err, eventstore.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
}

// AppendBatch writes each of ws as Append would. The writes of a batch share a
// commit and its sync, up to maxRequestBytes.
func (l *Log) AppendBatch(ctx context.Context, ws []eventstore.Write) []eventstore.Result {
	out := make([]eventstore.Result, len(ws))
	for from := 0; from < len(ws); {
		to, size := from, 0
		for to < len(ws) && to-from < maxRequestWrites && (size == 0 || size+writeBytes(&ws[to]) <= maxRequestBytes) {
			size += writeBytes(&ws[to])
			to++
		}
		l.appendSome(ctx, ws[from:to], out[from:to], size)
		from = to
	}
	for i := range out {
		if out[i].Err != nil {
			out[i].Commit = eventstore.Commit{}
			if !isValidation(out[i].Err) {
				out[i].Err = appendError(ws[i].Stream, out[i].Err)
			}
		}
	}
	return out
}

// isValidation tells errors that name their stream already.
func isValidation(err error) bool {
	return errors.Is(err, eventstore.ErrInvalid) || errors.Is(err, eventstore.ErrTooLarge)
}

// appendSome gives the writer one request, and deals one by one with the writes
// that may be retries. out is final afterwards, but for names in errors.
func (l *Log) appendSome(ctx context.Context, ws []eventstore.Write, out []eventstore.Result, size int) {
	r := &request{
		writes: ws, results: make([]eventstore.Result, len(ws)), looked: make([]int64, len(ws)),
		bytes: size, done: make(chan struct{}, 1),
	}
	err := l.check(ctx)
	if err != nil {
		err = unavailable(err)
	}
	for i := range ws {
		r.looked[i] = -1
		if r.results[i].Err = ws[i].Validate(); r.results[i].Err == nil {
			r.results[i].Err = err
		}
		if k := ws[i].Expect.Kind; r.results[i].Err == nil && (k == eventstore.Any || k == eventstore.Exists) {
			c, err := l.findRetry(ctx, &ws[i], &r.looked[i])
			if err != errNotFound {
				r.results[i] = eventstore.Result{Commit: c, Err: err}
				if err == nil {
					r.results[i].Err = errFound
				}
			}
		}
	}
	copy(out, r.results)
	err = l.submit(ctx, r)
	for i := range ws {
		switch {
		case out[i].Err == errFound:
			out[i].Err = nil
		case out[i].Err != nil: // refused before
		case err != nil:
			out[i].Err = err
		default:
			out[i] = r.results[i]
		}
		if out[i].Err == errBehind {
			out[i].Commit, out[i].Err = l.resolve(ctx, &ws[i])
			if out[i].Err == errNotFound {
				out[i].Commit, out[i].Err = l.append(ctx, ws[i])
			}
		}
	}
}

var (
	// errNotFound: it is not a retry of anything that is durable now.
	errNotFound = errors.New("not found")
	// errFound marks a write that the writer need not look at.
	errFound = errors.New("found")
)

// resolve decides about a write whose stream is ahead of its condition, once
// what it lost against is durable. errNotFound: look again.
func (l *Log) resolve(ctx context.Context, w *eventstore.Write) (eventstore.Commit, error) {
	place := int64(0)
	switch w.Expect.Kind {
	case eventstore.Exact:
		place = w.Expect.Revision + 1
	case eventstore.Any, eventstore.Exists:
		return eventstore.Commit{}, errNotFound // findRetry looks
	}
	head := l.head(w.Stream)
	if head < place {
		return eventstore.Commit{}, errNotFound
	}
	c, same, err := l.compare(ctx, w, place, head)
	if err != nil || same > 0 {
		return c, err
	}
	return eventstore.Commit{}, &eventstore.Conflict{Stream: w.Stream, Expected: w.Expect, Actual: head}
}

// compare holds w against the events from revision place on. same is how many
// of its ids are there; the error is ErrMismatch unless all of them are, in
// order, with equal content, or none is.
func (l *Log) compare(ctx context.Context, w *eventstore.Write, place, head int64) (c eventstore.Commit, same int, err error) {
	equal := 0
	limit := int(min(int64(len(w.Events)), head-place+1))
	var a, b []byte
	for rec, err := range l.readStream(ctx, w.Stream, place, eventstore.ReadOptions{Limit: limit}) {
		if err != nil {
			return c, 0, err
		}
		for i := range w.Events {
			if w.Events[i].ID == rec.ID {
				same++
			}
		}
		i := int(rec.Revision - place)
		a = eventstore.AppendEnvelope(a[:0], rec)
		b = eventstore.AppendEnvelope(b[:0], eventstore.Recorded{Event: w.Events[i], Stream: w.Stream, Revision: rec.Revision})
		if bytes.Equal(a, b) {
			equal++
		}
		c = eventstore.Commit{Revision: rec.Revision, Position: rec.Position, Replayed: true}
	}
	if equal == len(w.Events) {
		return c, same, nil
	}
	if same > 0 {
		return eventstore.Commit{}, same, eventstore.ErrMismatch
	}
	return eventstore.Commit{}, 0, nil
}

// findRetry looks for the ids of a write that may be anywhere in its stream, from
// revision *looked+1 on, and moves *looked to the last durable revision.
// errNotFound: none of them is there.
func (l *Log) findRetry(ctx context.Context, w *eventstore.Write, looked *int64) (eventstore.Commit, error) {
	head := l.head(w.Stream)
	place, err := l.findIDs(ctx, w, *looked+1, head)
	if err != nil {
		return eventstore.Commit{}, err
	}
	if place == noPlace {
		*looked = head
		return eventstore.Commit{}, errNotFound
	}
	if place < 0 {
		return eventstore.Commit{}, eventstore.ErrMismatch
	}
	c, _, err := l.compare(ctx, w, place, head)
	return c, err
}
