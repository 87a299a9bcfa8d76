package segment

import "fmt"

// sealIdle writes a seal if there is something to seal.
func (w *writer) sealIdle() {
	if w.log.Err() != nil || w.sealed() >= w.tail {
		return
	}
	if err := w.seal(); err != nil {
		w.log.poison(err)
	}
}

// sealAsked writes a seal if a request wants one.
func (w *writer) sealAsked() {
	for _, r := range w.reqs {
		if r.seal {
			w.sealIdle()
			return
		}
	}
}

func (w *writer) sealed() uint64 { return max(w.seals[0], w.seals[1]) }

// seal writes down, apart from the frames, that everything so far is durable.
// Should the last frame rot, the seal proves that it was there: without it, the
// damage would look like an interrupted commit and be cut off. There are two
// slots and the older one is overwritten, so that a crash here spoils at most
// that one.
func (w *writer) seal() error {
	if w.sealed() >= w.tail {
		return nil
	}
	slot := 0
	if w.seals[1] < w.seals[0] {
		slot = 1
	}
	hdr := w.seg.file
	if _, err := w.file.WriteAt(encodeSeal(hdr, w.tail), hdr.offsetOf(firstSeal+slot)); err != nil {
		return fmt.Errorf("seal %s: %w", w.seg.name, err)
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("seal %s: %w", w.seg.name, err)
	}
	w.seals[slot] = w.tail
	return nil
}
