package domain

import (
	"bytes"
	"encoding/json"
	"errors"
)

// PayoutOf is the number of the payout that a stored event is about, read from
// its data without decoding it. The names of members keep their meaning for
// ever, so this reads later versions of an event as well; and the number is the
// first member of every event of a payout, so mostly nothing has to be parsed.
func PayoutOf(data []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(data, []byte(`{"payout_no":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end > 0 && bytes.IndexByte(rest[:end], '\\') < 0 {
			return string(rest[:end]), nil
		}
	}
	var v struct {
		Payout string `json:"payout_no"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return "", err
	}
	if v.Payout == "" {
		return "", errors.New("it names no payout")
	}
	return v.Payout, nil
}
