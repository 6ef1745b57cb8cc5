# What many pages say.

imprint = Signetによる認証
error-prefix = エラー：
opens-in-new-tab = （新しいタブで開きます）
continue = 続行
cancel = キャンセル
back = 戻る
try-again = もう一度試す
sign-in = サインイン
sign-out = サインアウト
account = アカウント
use-another-account = 別のアカウントを使用
to-first-page = 最初のページへ

# The languages' page.
language = 言語
language-lead = ページもメールも、ここで選んだ言語で表示されます。

# The first page.
home-title = セッション
welcome = ようこそ
home-signed-in = サインインしています
home-signed-out = サインインしていません
home-lead = アプリで本人確認が必要になると、ここに移動します。
issuer = 発行者

# Points in time. $count is a whole number from 1 on.
just-now = たった今
minutes-ago = { $count }分前
hours-ago = { $count }時間前
days-ago = { $count }日前
# $day is the day of the month, $month one of the names below, $year the year.
date = { $year }年{ $month }{ $day }日
date-and-time = { $date } { $time }（UTC）
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

# When a page cannot be shown.
error-detail = 詳細
error-status = ステータス
error-request = リクエストID
problem-not-found = ページが見つかりません
problem-not-found-message = アドレスが途中で切れている可能性があります。
problem-method = ここではこの操作はできません
problem-method-message = このアドレスは、このメソッドのリクエストを受け付けていません。
problem-wait = 少しお待ちください
problem-busy = 現在、サインインが混み合っています。しばらくしてからもう一度お試しください。
problem-database = 現在、Signetがデータベースに接続できません。しばらくしてからもう一度お試しください。
problem-slow = 時間がかかりすぎました。しばらくしてからもう一度お試しください。
problem-ours = 問題が発生しました
problem-ours-message = 原因はこちら側にあります。もう一度お試しください。解決しない場合は、下のリクエストIDをお知らせください。
gate-broken = まだサインインしていません
gate-broken-message = このページは、このブラウザーで始めたサインインによるものではありません。もう一度始めてください。
gate-declined = 入ることができませんでした
gate-declined-message = サインインが取り消されたか、お使いのアカウントではこのサイトを利用できません。
problem-stale = このページの内容は最新ではありませんでした
problem-stale-message = その間に、別のタブでサインインまたはサインアウトした可能性があります。何も変更されていません。
problem-form = フォームを読み取れませんでした
problem-form-message = もう一度お試しください。
problem-unread = 読み取れませんでした
problem-unread-message = 前のページに戻って、もう一度お試しください。
