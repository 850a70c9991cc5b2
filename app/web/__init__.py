"""Pages for patients, caregivers and the care team."""
