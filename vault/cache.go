package vault

// halves is a bounded map that forgets what was not used lately: when the young
// half is full it becomes the old one, and what the old one held is gone unless
// it was asked for. It needs its owner's lock.
type halves[V any] struct{ young, old map[string]V }

func newHalves[V any]() halves[V] {
	return halves[V]{young: make(map[string]V), old: make(map[string]V)}
}

func (h *halves[V]) get(key string) (V, bool) {
	v, ok := h.young[key]
	if !ok {
		if v, ok = h.old[key]; ok {
			h.put(key, v)
		}
	}
	return v, ok
}

func (h *halves[V]) put(key string, v V) {
	if len(h.young) >= maxCached {
		h.young, h.old = make(map[string]V), h.young
	}
	h.young[key] = v
}

func (h *halves[V]) remove(key string) {
	delete(h.young, key)
	delete(h.old, key)
}
