package main

// version is what this service answers with. The demo's second commit raises it.
const version = "1"
