"""The shell: Faust agents and topics around the pure packages; `pipeline` is the composition replay shares."""
