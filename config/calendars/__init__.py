"""iCal calendars of on-call schedules."""
