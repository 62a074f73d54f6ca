-- By how much the risk of a customer rose in four weeks: p_churn less what the night 28 days before said; null where none says.

ALTER TABLE prediction ADD COLUMN risk_rise real;
