package metrics

type alarm struct{}

type event struct{}
